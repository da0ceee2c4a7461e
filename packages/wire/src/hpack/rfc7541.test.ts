import assert from "node:assert/strict";
import { test } from "node:test";
import { type HeaderBlock, HeaderDecoder } from "./decoder.ts";
import { type Field, fieldSize, firstDynamicIndex } from "./static-table.ts";

function newDecoder(tableBytes: number, listLimitBytes: number) {
  return new HeaderDecoder(tableBytes, listLimitBytes, (block: HeaderBlock) => block);
}

/*
 * The examples of RFC 7541, appendix C, as an encoder sends them on one connection: [bytes, fields, the dynamic table after them] each.
 */
const first = ":method=GET :scheme=http :path=/ :authority=www.example.com";
const second = `${first} cache-control=no-cache`;
const third = ":method=GET :scheme=https :path=/index.html :authority=www.example.com custom-key=custom-value";
const date21 = "date=Mon,_21_Oct_2013_20:13:21_GMT";
const date22 = "date=Mon,_21_Oct_2013_20:13:22_GMT";
const location = "location=https://www.example.com";
const cookie = "set-cookie=foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU;_max-age=3600;_version=1";
const answers = [
  `:status=302 cache-control=private ${date21} ${location}`,
  `:status=307 cache-control=private ${date21} ${location}`,
  `:status=200 cache-control=private ${date22} ${location} content-encoding=gzip ${cookie}`,
] as const;
const authority = ":authority=www.example.com";
const requestTables = [
  table(57, authority),
  table(110, "cache-control=no-cache", authority),
  table(164, "custom-key=custom-value", "cache-control=no-cache", authority),
] as const;
const answerTables = [
  table(222, location, date21, "cache-control=private", ":status=302"),
  table(222, ":status=307", location, date21, "cache-control=private"),
  table(215, cookie, "content-encoding=gzip", date22),
] as const;

/** A table as the appendix shows it: newest first, and its size. */
function table(sizeBytes: number, ...entries: readonly string[]) {
  return { entries, sizeBytes };
}

const examples: readonly (readonly [
  title: string,
  tableBytes: number,
  blocks: readonly (readonly [hex: string, fields: string, after: ReturnType<typeof table>])[],
])[] = [
  [
    "C.2.1 literal, indexed",
    4096,
    [
      [
        "400a637573746f6d2d6b65790d637573746f6d2d686561646572",
        "custom-key=custom-header",
        table(55, "custom-key=custom-header"),
      ],
    ],
  ],
  ["C.2.2 literal, not indexed", 4096, [["040c2f73616d706c652f70617468", ":path=/sample/path", table(0)]]],
  ["C.2.3 literal, never indexed", 4096, [["100870617373776f726406736563726574", "password=secret", table(0)]]],
  ["C.2.4 indexed", 4096, [["82", ":method=GET", table(0)]]],
  [
    "C.3 requests without Huffman",
    4096,
    [
      ["828684410f7777772e6578616d706c652e636f6d", first, requestTables[0]],
      ["828684be58086e6f2d6361636865", second, requestTables[1]],
      ["828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565", third, requestTables[2]],
    ],
  ],
  [
    "C.4 requests with Huffman",
    4096,
    [
      ["828684418cf1e3c2e5f23a6ba0ab90f4ff", first, requestTables[0]],
      ["828684be5886a8eb10649cbf", second, requestTables[1]],
      ["828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf", third, requestTables[2]],
    ],
  ],
  [
    "C.5 responses without Huffman, with eviction",
    256,
    [
      [
        "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
        answers[0],
        answerTables[0],
      ],
      ["4803333037c1c0bf", answers[1], answerTables[1]],
      [
        "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31",
        answers[2],
        answerTables[2],
      ],
    ],
  ],
  [
    "C.6 responses with Huffman, with eviction",
    256,
    [
      [
        "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
        answers[0],
        answerTables[0],
      ],
      ["4883640effc1c0bf", answers[1], answerTables[1]],
      [
        "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
        answers[2],
        answerTables[2],
      ],
    ],
  ],
];

for (const [title, tableBytes, blocks] of examples) {
  test(`RFC 7541 ${title}`, () => {
    const decoder = newDecoder(tableBytes, 65_536);
    for (const [hex, expected, after] of blocks) {
      assert.equal(decoded(decoder, Buffer.from(hex, "hex")).map(written).join(" "), expected);
      const entries = tableOf(decoder);
      assert.deepEqual(entries.map(written), after.entries);
      assert.equal(
        entries.reduce((sum, { name, value }) => sum + fieldSize(name, value), 0),
        after.sizeBytes,
      );
    }
  });
}

function decoded(decoder: HeaderDecoder<HeaderBlock>, bytes: Buffer): readonly Field[] {
  return decoder.decode(bytes, 0, bytes.length).fields;
}

function written({ name, value }: Field): string {
  return `${name}=${value.replaceAll(" ", "_")}`;
}

/** What is in a decoder's dynamic table, asked for by index until there is no more: that changes nothing in it. */
function tableOf(decoder: HeaderDecoder<HeaderBlock>): readonly Field[] {
  const entries: Field[] = [];
  for (;;) {
    try {
      entries.push(...decoded(decoder, Buffer.from([0x80 | (firstDynamicIndex + entries.length)])));
    } catch (error) {
      assert.match(String(error), /expected an index from 1 to/);
      return entries;
    }
  }
}

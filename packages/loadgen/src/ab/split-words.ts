/** A text as the words that a shell would make of it: quotes keep a word together, a backslash takes what follows as it is. */
export function splitWords(text: string): readonly string[] | string {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === quote) quote = "";
    else if (quote === "" && (character === "'" || character === '"')) {
      quote = character;
      word ??= "";
    } else if (quote === "" && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      const escaped = character === "\\" && quote !== "'" && at + 1 < text.length;
      word = (word ?? "") + (escaped ? text[++at] : character);
    }
  }
  if (quote !== "") return `expected a ${quote} that ends what the first one began; got ${JSON.stringify(text)}`;
  if (word !== undefined) words.push(word);
  return words;
}

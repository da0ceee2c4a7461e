import { createServer } from "node:net";
import { createNullAnswers } from "./null-answers.ts";

// A program of its own, so that its CPU time is not the generator's: tells its port to whoever started it, and ends with it.
const server = createServer((socket) => {
  const answers = createNullAnswers();
  socket.setNoDelay(true);
  socket.on("data", (chunk: Buffer) => {
    const answered = answers(chunk);
    if (answered.length > 0) socket.write(answered);
  });
  socket.on("error", () => socket.destroy());
});
server.listen(0, "127.0.0.1", () => {
  const bound = server.address();
  process.send?.(bound === null || typeof bound === "string" ? 0 : bound.port);
});
process.on("disconnect", () => process.exit());
// Whoever presses Ctrl+C means the one who started this; that one's end is this one's too.
process.on("SIGINT", () => {});

// Tencent's long-connection client as a bot: does what it is told in lines of JSON on its standard
// input, and says in lines of JSON what it heard. Address, bot and secret come as arguments.
import { createInterface } from "node:readline";
import { WSClient } from "@wecom/aibot-node-sdk";

const [wsUrl, botId, secret] = process.argv.slice(2);
const say = (what, more = {}) => process.stdout.write(JSON.stringify({ what, ...more }) + "\n");
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

const bot = new WSClient({
  botId,
  secret,
  wsUrl,
  logger: quiet,
  heartbeatInterval: 50,
  reconnectInterval: 10,
  maxAuthFailureAttempts: 1,
});
const heard = [];

bot.on("authenticated", () => say("authenticated"));
bot.on("disconnected", (reason) => say("disconnected", { reason }));
bot.on("reconnecting", (attempt) => say("reconnecting", { attempt }));
bot.on("error", (error) => say("error", { message: error.message, code: error.code }));
bot.on("message", (frame) => say("message", { number: heard.push(frame) - 1, frame }));
bot.on("event", (frame) => say("event", { number: heard.push(frame) - 1, frame }));

const acts = {
  stream: ({ number, id, content, finish }) => bot.replyStream(heard[number], id, content, finish),
  card: ({ number, card }) => bot.replyTemplateCard(heard[number], card),
  both: ({ number, id, content, card }) =>
    bot.replyStreamWithCard(heard[number], id, content, true, { templateCard: card }),
  welcome: ({ number, body }) => bot.replyWelcome(heard[number], body),
  update: ({ number, card, userids }) => bot.updateTemplateCard(heard[number], card, userids),
  send: ({ chatid, body }) => bot.sendMessage(chatid, body),
  upload: async ({ filename, size, chatid }) => {
    const content = Buffer.alloc(size, "0123456789");
    const { media_id } = await bot.uploadMedia(content, { type: "file", filename });
    return bot.sendMediaMessage(chatid, "file", media_id);
  },
  download: async ({ number }) => {
    const { url, aeskey } = heard[number].body.file;
    const { buffer, filename } = await bot.downloadFile(url, aeskey);
    return { filename, content: buffer.toString("base64") };
  },
};

createInterface({ input: process.stdin })
  .on("line", async (line) => {
    const asked = JSON.parse(line);
    try {
      say("done", { act: asked.act, answer: await acts[asked.act](asked) });
    } catch (fault) {
      say("refused", { act: asked.act, code: fault.errcode ?? 0, words: fault.message ?? "" });
    }
  })
  .on("close", () => bot.disconnect());

bot.connect();

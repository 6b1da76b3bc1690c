// Tencent's encryption: reads one request as JSON on its standard input, answers as JSON.
import { readFileSync } from "node:fs";
import { decrypt, encrypt, getSignature } from "@wecom/crypto";
import { decryptFile } from "@wecom/aibot-node-sdk";

const acts = {
  open: ({ key, token, timestamp, nonce, encrypted }) => {
    const { message, id } = decrypt(key, encrypted);
    return { message, id, signature: getSignature(token, timestamp, nonce, encrypted) };
  },
  seal: ({ key, token, timestamp, nonce, message, id }) => {
    const encrypted = encrypt(key, message, id);
    return { encrypted, signature: getSignature(token, timestamp, nonce, encrypted) };
  },
  file: ({ key, content }) => ({
    content: decryptFile(Buffer.from(content, "base64"), key).toString("base64"),
  }),
};

const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(asked.map((each) => acts[each.act](each))));

import { readSecret } from "../aws/secrets/secrets-manager";
import type { Send } from "./messenger";

/** Whether a webhook is named by the secret that holds its address. */
export function isSecret(webhook: string | undefined): webhook is string {
  return webhook?.startsWith("arn:") === true;
}

/**
 * Posts isolations to what the team runs next.
 * @param webhook an https address, or the ARN of the secret whose text is one: read each time, so that a new one
 * counts at once. Neither is ever in an error
 */
export function postTo(webhook: string): Send {
  return async (isolations, signal) => {
    const address = isSecret(webhook) ? await addressIn(webhook) : webhook;
    const answer = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      signal,
      body: JSON.stringify({ isolations }),
    }).catch(() => {
      throw new Error("the webhook does not answer");
    });
    if (!answer.ok) throw new Error(`the webhook answered with status ${answer.status}`);
  };
}

async function addressIn(secret: string): Promise<string> {
  const address = (await readSecret({ id: secret })).trim();
  if (!/^https:\/\/\S+$/.test(address)) throw new Error(`the text of ${secret} is no https address`);
  return address;
}

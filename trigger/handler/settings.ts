import type { TriggerEnvironment } from "../environment";
import { LONGEST_DELAY, type HandlerSettings } from "./dependencies";
import type { Addresses } from "./aws";

/** The function was deployed with an environment that it can't work with. Its message lists every problem. */
class HandlerSettingsError extends Error {
  override readonly name = "HandlerSettingsError";
  readonly code = "ENVIRONMENT_INVALID";

  constructor(readonly problems: readonly string[]) {
    super(`the function's environment can't be used: ${problems.join("; ")}. Deploy it again: pulumi up`);
  }
}

/**
 * The handler's settings, as the deployment has set them. The runner reads its own.
 * @throws HandlerSettingsError
 */
export function handlerSettings(
  environment: NodeJS.ProcessEnv,
): HandlerSettings & { ledger: string; addresses: Addresses } {
  const problems: string[] = [];
  const text = (name: keyof TriggerEnvironment) => {
    const value = environment[name] ?? "";
    if (value === "") problems.push(`${name} is missing`);
    return value;
  };
  const texts = (name: keyof TriggerEnvironment) => {
    try {
      const value: unknown = JSON.parse(text(name));
      if (Array.isArray(value) && value.every((item): item is string => typeof item === "string"))
        return value;
    } catch {
      // Said below, as for JSON of another kind.
    }
    problems.push(`${name} is no JSON list of texts`);
    return [];
  };
  const mode = text("TRIGGER_MODE");
  if (mode !== "up" && mode !== "preview") problems.push("TRIGGER_MODE is neither up nor preview");
  const seconds = text("TRIGGER_SECOND_LOOK_SECONDS");
  if (!/^\d{1,3}$/.test(seconds) || Number(seconds) > LONGEST_DELAY) {
    problems.push(`TRIGGER_SECOND_LOOK_SECONDS is no number from 0 to ${LONGEST_DELAY}`);
  }
  const settings = {
    stack: text("TRIGGER_STACK"),
    mode: mode === "preview" ? ("preview" as const) : ("up" as const),
    lookAgainAfter: Number(seconds) * 1000,
    watch: {
      ownRoles: texts("TRIGGER_OWN_ROLES"),
      tagKeys: texts("TRIGGER_TAG_KEYS"),
      ...(environment["TRIGGER_WATCH_SERVICES"] === "true" && { services: true }),
    },
    ledger: text("TRIGGER_LEDGER"),
    addresses: {
      queueUrl: text("TRIGGER_QUEUE_URL"),
      deadLetterQueueUrl: text("TRIGGER_DEAD_LETTER_QUEUE_URL"),
      topicArn: text("TRIGGER_TOPIC_ARN"),
    },
  };
  if (problems.length > 0) throw new HandlerSettingsError(problems);
  return settings;
}

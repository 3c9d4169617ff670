import { anyText, flag, table, texts, type GivenTo, type Option } from "../framework";
import { FIREWALL, questions, type Question, type Values } from "./questions";

/** An option for each question, but for the firewall's ids, which have three. */
const answers: Record<string, Option<string | undefined>> = Object.fromEntries(
  questions({})
    .filter(({ key }) => key !== FIREWALL)
    .map((question) => [
      keyOf(question),
      anyText(
        question.flag === "region" ? "REGION" : "NAME",
        question.byDefault ? `${question.asks} (${question.byDefault})` : question.asks,
      ),
    ]),
);

/** The key of a question's option. */
function keyOf({ flag }: Question): string {
  return flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

const IDS = "what AWS route tables send traffic to; one id of the three kinds at least";

export const initTable = table({
  name: "init",
  summary: "Makes the configuration file of a new stack: asks for what only you know, and makes its ownerId.",
  usage: ["[--yes] [--stack NAME] [options]"],
  options: {
    ...answers,
    firewallInstance: texts("i-ID", IDS),
    firewallInterface: texts("eni-ID", IDS),
    firewallEndpoint: texts("vpce-ID", IDS),
    yes: flag("ask nothing: take what is in brackets for what isn't given"),
  },
  details: [
    "Where AWS_REGION is set, it is what is offered as the region.",
    "It never asks for a secret: aws-panos keygen makes the firewall's key and stores it.",
  ],
  examples: [
    ["", "asks, and writes Pulumi.NAME.yaml"],
    ["--stack prod --region eu-central-1", "with two of the answers"],
  ],
  exits: {
    fine: "the file is written",
    usage: "wrong arguments or answers, or some are missing; nothing was written",
  },
});

/** The answers that options have given already. */
export function answersIn(given: GivenTo<typeof initTable>): Values {
  const values: Values = {};
  for (const question of questions({})) {
    const answer = (given as Record<string, unknown>)[keyOf(question)];
    if (typeof answer === "string") values[question.key] = answer;
  }
  const ids = [...given.firewallInstance, ...given.firewallInterface, ...given.firewallEndpoint];
  if (ids.length > 0) values[FIREWALL] = ids.join(" ");
  return values;
}

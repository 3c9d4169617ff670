import { anyText, flag, table, text, texts, type GivenTo, type Option } from "../framework";
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
  summary:
    "Makes the configuration file of a new stack: finds out what it can, asks for the rest, and makes its ownerId. Checks and mends one that is there.",
  usage: [
    "[--stack NAME] [--yes] [options]",
    "--check [--stack NAME]",
    "--mend --stack NAME [--yes] [options]",
  ],
  options: {
    ...answers,
    firewallInstance: texts("i-ID", IDS),
    firewallInterface: texts("eni-ID", IDS),
    firewallEndpoint: texts("vpce-ID", IDS),
    credentials: text(
      "FILE",
      "the firewall's login, to look at it: lines such as PANOS_USERNAME=… that only you can read",
      { completes: "file" },
    ),
    offline: flag("look neither at AWS nor at the firewall"),
    check: flag("say what is wrong with the file of --stack, or with all that are here; changes nothing"),
    mend: flag("add what the file of --stack lacks, and leave what is there"),
    yes: flag("ask nothing: take what was found, or what is in brackets, for what isn't given"),
  },
  details: [
    "It looks at what it can, and changes nothing there: at AWS where credentials are in the environment or in ~/.aws (what route tables send internet traffic to), and at the firewall where PANOS_API_KEY, or PANOS_USERNAME and PANOS_PASSWORD, are set (its zones, its last rule, what its rules carry; PANOS_CA_FILE names the certificate to trust). What it found is shown with the reason, and offered as the answer.",
    "A file that is there is never overwritten. It never asks for a secret: aws-panos keygen makes the firewall's key and stores it.",
  ],
  examples: [
    ["", "asks, and writes Pulumi.NAME.yaml"],
    ["--stack prod --region eu-central-1", "with two of the answers"],
    ["--check", "what is wrong with the files of all stacks, with line and column"],
  ],
  exits: {
    fine: "the file is written, or nothing is wrong with it",
    finding: "something is wrong with a file that is there",
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

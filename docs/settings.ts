/** `npm run docs`: the page of settings and the JSON schema of stack files, of the table in `settings/table`. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { command, lines, runOnTerminal } from "../commands/framework";
import { PROJECT } from "../settings/configuration";
import { OVERRIDES } from "../settings/table";
import { PANOS_SETTINGS } from "../settings/table/panos";
import { PROJECT_SETTINGS } from "../settings/table/project";
import type { Schema, Setting } from "../settings/table/setting";

type Settings = Readonly<Record<string, Setting>>;

/** docs/settings.md. */
export function settingsPage(): string {
  return `<!-- Made by npm run docs, of settings/table. -->
# Settings

In \`Pulumi.<stack>.yaml\`, below \`config:\`. All problems are reported at once, by key. The environment wins over the file.

\`npm run init\` writes the file of a new stack, with what else could stand in it as comments. Its first line leads editors to the [schema](stack.schema.json), by which they complete and check it. The settings of the trigger's own stack are in [trigger](trigger.md#settings-of-the-triggers-stack).

## The firewall: \`panos:\`

It describes the firewall, or what several have in common.

${table("panos", PANOS_SETTINGS, true)}

To \`refresh\` and \`destroy\` Pulumi hands the configuration of the last update. Where the firewall doesn't let that in, the stack file's present one is opened (with the passphrase, or by the CLI) and counts.

## The rules: \`${PROJECT}:\`

Each of several \`firewalls\` may have its own ${OVERRIDES.map((name) => `\`${name}\``).join(", ")}, and all of \`panos:\`.

${table(PROJECT, PROJECT_SETTINGS, false)}
`;
}

function table(namespace: string, settings: Settings, withVariables: boolean): string {
  const row = (...cells: string[]) => `| ${cells.filter((cell) => cell !== "").join(" | ")} |`;
  const variable = (text: string) => (withVariables ? text : "");
  return [
    row(`\`${namespace}:\``, variable("environment"), "what", "default"),
    row("---", variable("---"), "---", "---"),
    ...Object.entries(settings).map(([name, setting]) =>
      row(
        `\`${name}\`${setting.secret === true ? " (secret)" : ""}`,
        variable(setting.variable === undefined ? " " : `\`${setting.variable}\``),
        setting.text.replaceAll("|", "\\|"),
        defaultOf(setting) || " ",
      ),
    ),
  ].join("\n");
}

/** What goes where it isn't set: Markdown. */
function defaultOf(setting: Setting): string {
  if (setting.otherwise !== undefined) return setting.otherwise;
  if (setting.type === "choice") return `\`${setting.choices[0]}\``;
  if (setting.default === undefined) return "";
  return setting.type === "number" ? String(setting.default) : `\`${setting.default}\``;
}

const SECURE = { $ref: "#/definitions/secure" };

/** docs/stack.schema.json. */
export function stackSchema(): object {
  const panos = schemasOf(PANOS_SETTINGS);
  const project = schemasOf(PROJECT_SETTINGS);
  const ofEach = Object.fromEntries(OVERRIDES.map((name) => [name, project[name]]));
  const firewalls = {
    ...PROJECT_SETTINGS.firewalls.schema,
    items: {
      type: "object",
      required: ["name"],
      additionalProperties: false,
      properties: { ...panos, ...ofEach, remove: { type: "boolean" } },
    },
  };
  const properties = {
    ...withNamespace("panos", panos),
    ...withNamespace(PROJECT, project),
    [`${PROJECT}:firewalls`]: {
      description: plain(PROJECT_SETTINGS.firewalls.text),
      anyOf: [firewalls, SECURE],
    },
  };
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A stack's file of aws-panos-rules: Pulumi.STACK.yaml",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties,
        // Other namespaces are other packages': aws:, pulumi:.
        propertyNames: {
          anyOf: [{ enum: Object.keys(properties) }, { not: { pattern: `^(panos|${PROJECT}):` } }],
        },
      },
    },
    definitions: {
      secure: {
        description: "What pulumi config set --secret has encrypted.",
        type: "object",
        properties: { secure: { type: "string" } },
        required: ["secure"],
        additionalProperties: false,
      },
    },
  };
}

function schemasOf(settings: Settings): Record<string, object> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [
      name,
      { description: plain(setting.text), anyOf: [schemaOf(setting), SECURE] },
    ]),
  );
}

const withNamespace = (namespace: string, schemas: Record<string, object>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [`${namespace}:${name}`, schema]));

/** What YAML may have for it: `pulumi config set` makes texts of all but structures. */
function schemaOf(setting: Setting): Schema & { default?: unknown } {
  switch (setting.type) {
    case "text": {
      const { source } = setting.pattern;
      return { type: ["string", "integer"], pattern: source, ...ifAny(setting.default) };
    }
    case "boolean":
      return { enum: [true, false, "true", "false"], ...ifAny(setting.default) };
    case "number": {
      const { least } = setting;
      return { type: ["integer", "string"], minimum: least, pattern: "^\\d+$", ...ifAny(setting.default) };
    }
    case "choice":
      return { enum: setting.choices, default: setting.choices[0] };
    case "structured":
      return setting.schema;
  }
}

const ifAny = (value: unknown) => (value === undefined ? {} : { default: value });

/** Without Markdown's links, which lead nowhere in an editor. */
function plain(text: string): string {
  return text.replace(/\[([^\]]+)\]\([^)]+\)/g, "$1");
}

/** What is generated, by the file's name. */
export function generated(): Record<string, string> {
  return {
    "settings.md": settingsPage(),
    "stack.schema.json": `${JSON.stringify(stackSchema(), undefined, 2)}\n`,
  };
}

const TABLE = {
  name: "docs",
  start: "npm run docs --",
  options: {},
  usage: [""],
  summary: "Makes the page of settings and the schema of stack files, of the table in settings/table.",
};

const docs = command(TABLE, async (_, { output }) => {
  for (const [name, text] of Object.entries(generated())) {
    await writeFile(join(__dirname, name), text);
    lines(output)(`docs/${name}`);
  }
  return "fine";
});

if (require.main === module) runOnTerminal(docs);

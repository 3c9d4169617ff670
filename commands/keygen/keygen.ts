import { prompter } from "./prompt";
import { readCredentialsFile } from "./credentials-file";
import { KeygenError } from "./error";
import { readStack, type StackConfiguration } from "./stack";
import { secretStore, stackStore, type KeyStore } from "./store";
import { clientFor } from "./active";
import { CONNECTION_ENVIRONMENT, connectionFrom, type Connection } from "../../panos/connection";
import { panoramaSettings } from "../../settings/panorama";
import { SecretError } from "../../aws/secrets/error";
import { secretAddress } from "../../aws/secrets/key-reader";
import { command, prose, refuse, type GivenTo, type Terminal } from "../framework";
import { keygenTable } from "./table";
import { counted } from "../../lib/text";
import { waitingFor } from "../../lib/terminal/progress";

type Given = GivenTo<typeof keygenTable>;

export const keygen = command(keygenTable, async (given, terminal) => {
  const { stack, secret, firewall, credentials } = given;
  refuse(
    stack === undefined && secret === undefined && "say where the key goes: --stack NAME or --secret ID",
    stack === undefined && firewall !== undefined && "--firewall names one of a stack: give --stack too",
  );
  const configuration = stack === undefined ? undefined : await readStack(terminal.folder, stack, firewall);
  const store = storeFor(given, configuration, terminal);
  const file = credentials === undefined ? {} : await readCredentialsFile(credentials);
  // Before anybody types a password for nothing.
  await waitingFor("looking whether the key can be stored", () => store.check(), terminal);
  const connection = await whoAndWhere({ ...terminal.environment, ...file }, configuration, terminal);
  const say = prose(terminal.output, terminal.environment);
  const making = () => makeKey(connection, store);
  say(await waitingFor(`asking ${connection.hostname} for a key`, making, terminal));
  return "fine";
});

function storeFor(
  { stack, secret }: Given,
  configuration: StackConfiguration | undefined,
  { folder, environment }: Terminal,
): KeyStore {
  const config = (key: string) => configuration?.get(key);
  const id = secret ?? config("panos:apiKeySecret");
  if (id !== undefined) return secretStore(secretAddress(id, config));
  if (stack === undefined || configuration === undefined)
    throw new Error("flags without a place for the key");
  return stackStore(stack, configuration.keyPlace, folder, environment);
}

/** How to reach the firewall and as whom; asks for what nothing says. */
async function whoAndWhere(
  environment: NodeJS.ProcessEnv,
  configuration: StackConfiguration | undefined,
  { input, output }: Terminal,
): Promise<Connection> {
  // The key that there is by now plays no part.
  const known = { ...environment, PANOS_API_KEY: "", PANOS_API_KEY_SECRET: "" } as NodeJS.ProcessEnv;
  const config = (key: string) => (key.startsWith("apiKey") ? undefined : configuration?.get(`panos:${key}`));
  const person = prompter(input, output);
  try {
    for (const [key, question] of [
      ["hostname", "Firewall: host name or address of its management"],
      ["username", "Administrator of this program"],
      ["password", "Password (not shown)"],
    ] as const) {
      const variable = CONNECTION_ENVIRONMENT[key];
      if (known[variable] || config(key)) continue;
      const answer = await (key === "password" ? person.askSecret(question) : person.ask(question));
      if (!answer) throw new KeygenError("SETTINGS", `no answer to: ${question}; or set ${variable}`);
      known[variable] = key === "password" ? answer : answer.trim();
    }
  } finally {
    person.close();
  }
  const { connection, problems } = connectionFrom(config, known);
  const panorama = panoramaSettings(config("panorama"));
  if (connection !== undefined) return { ...connection, ...(panorama && { panorama }) };
  throw new KeygenError("SETTINGS", problems.map(({ key, problem }) => `${key} ${problem}`).join("; "));
}

/** @returns what to tell the person */
async function makeKey(connection: Connection, store: KeyStore): Promise<string> {
  const client = await clientFor(connection);
  const { value, lifetimeMs } = await client.logIn().finally(() => client.close());
  try {
    await store.store(value);
  } catch (error) {
    if (!(error instanceof KeygenError || error instanceof SecretError)) throw error;
    throw new KeygenError(
      "PULUMI",
      `${error.message}\nA key was made, and nobody has it. Mend this and run it again`,
    );
  }
  const { username = "", hostname } = client.connection;
  const life =
    lifetimeMs === undefined
      ? "It is good until it is revoked, or the administrator's password changes."
      : `${hostname} ends keys after ${counted(lifetimeMs / 60_000, "minute")}: make the next one before that, or let the ` +
        "program renew them itself, with panos:username and panos:password.";
  return `The API key of ${username} on ${hostname} is stored in ${store.name}.\n${life}`;
}

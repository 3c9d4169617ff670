/**
 * What GitHub's runner takes for commands in what a step prints (actions/runner, ActionCommand and
 * ActionCommandManager): `::name properties::data` where a line begins, after blanks, and `##[name properties]data`
 * anywhere in one, as far as it knows the name. Names don't mind case. After `stop-commands` it obeys the token alone.
 */
const KNOWN = [
  ...["add-mask", "add-matcher", "remove-matcher", "debug", "echo", "endgroup", "error", "group", "notice"],
  ...["save-state", "set-env", "set-output", "stop-commands", "warning", "add-path"],
];

export interface Obeyed {
  name: string;
  data: string;
}

/** @returns what it obeys, in order */
export function commandsIn(printed: string): Obeyed[] {
  const obeyed: Obeyed[] = [];
  let token: string | undefined;
  // It reads lines as .NET does: any of \r, \n and \r\n ends one.
  for (const line of printed.split(/\r\n|\r|\n/)) {
    const command = commandIn(line, token === undefined ? KNOWN : [...KNOWN, token]);
    if (command === undefined) continue;
    if (token !== undefined) {
      if (command.name !== token) continue;
      token = undefined;
    } else if (command.name === "stop-commands") token = command.data.toLowerCase();
    obeyed.push(command);
  }
  return obeyed;
}

function commandIn(line: string, known: readonly string[]): Obeyed | undefined {
  return (
    within(line.trimStart().startsWith("::") ? line.trimStart() : "", "::", "::", known) ??
    within(line, "##[", "]", known)
  );
}

function within(line: string, opens: string, closes: string, known: readonly string[]): Obeyed | undefined {
  const start = line.indexOf(opens);
  if (start < 0) return undefined;
  const end = line.indexOf(closes, start + opens.length);
  if (end < 0) return undefined;
  const name = (line.slice(start + opens.length, end).split(" ")[0] ?? "").toLowerCase();
  return known.includes(name) ? { name, data: line.slice(end + closes.length) } : undefined;
}

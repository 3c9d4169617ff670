/** How a report that has a page is shown: for the terminal unless Markdown is asked for, and where the page is. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { relative } from "node:path";
import { displayOf, type Display } from "../lib/terminal/display";
import { flag, lines, refuse, textOr, type Terminal } from "./framework";

const FORMATS = ["terminal", "markdown"];

/** Options of every report. */
export const reportOptions = {
  format: textOr("terminal", "FORMAT", "how it is shown here: terminal or markdown", { completes: FORMATS }),
  open: flag("open the page in a browser"),
};

interface Shown {
  format: string;
  open: boolean;
}

export function refuseFormat({ format }: Pick<Shown, "format">): void {
  refuse(!FORMATS.includes(format) && `--format is ${FORMATS.join(" or ")}, not ${JSON.stringify(format)}`);
}

interface Report {
  forTerminal: (display: Display) => string;
  markdown: () => string;
  /** Its file. */
  page: string;
}

/** Shows a report that is made again and again: the first time, and then where it says something else. */
export function shownWhenNew(
  given: Shown,
  terminal: Terminal,
): (report: Report, all: object) => Promise<void> {
  let last: string | undefined;
  return async (report, all) => {
    const now = JSON.stringify(all);
    if (now === last) return;
    const isFirst = last === undefined;
    last = now;
    await showReport(report, { ...given, open: given.open && isFirst }, terminal);
  };
}

async function showReport(
  report: Report,
  { format, open }: Shown,
  { output, errors, folder, environment }: Terminal,
): Promise<void> {
  const { forTerminal, markdown, page } = report;
  // What is foreign in it is made printable part by part: all at once, its colours would go too.
  if (format === "terminal") output.write(forTerminal(displayOf(output, environment)));
  else lines(output)(markdown());
  const say = lines(errors);
  const near = relative(folder, page);
  say(`The page: ${near.startsWith("..") ? page : near}${open ? "" : " (--open shows it in a browser)"}`);
  if (open && !(await opened(page, environment)))
    say("No browser could be started: open the page yourself, or name one in BROWSER");
}

/** Shows a page in the person's browser. @returns whether something was started that should */
async function opened(page: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const [command = "", ...args] = opener(environment);
  const child = spawn(command, [...args, page], { detached: true, stdio: "ignore", env: environment });
  child.unref();
  return once(child, "spawn").then(
    () => true,
    () => false,
  );
}

function opener({ BROWSER: browser }: NodeJS.ProcessEnv): string[] {
  if (browser) return [browser];
  if (process.platform === "darwin") return ["open"];
  return process.platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"];
}

import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";

/** The command that a provider's process serves: `pulumi refresh --stack prod`, for example. */
export interface EngineCommand {
  /** The Pulumi CLI's file; undefined where something else than it runs the command, or it isn't shown. */
  cli: string | undefined;
  /** Its word: "up", "destroy", and so on, or another that means the same; undefined where it isn't shown. */
  word: string | undefined;
  /** As it was given; undefined where it wasn't. */
  stack: string | undefined;
  /** Whether it shows what happens on a terminal; undefined where the system doesn't tell. */
  onTerminal: boolean | undefined;
  /** Whether it is about some resources only; undefined where it isn't shown. */
  isTargeted: boolean | undefined;
  /** Whether that is because it leaves out what Pulumi protects. */
  excludesProtected: boolean | undefined;
  /** How many resources it works on at most at once; undefined where it doesn't say, or sets no limit. */
  parallel: number | undefined;
  /** The file with the stack's configuration, where it isn't the one beside Pulumi.yaml. */
  configFile: string | undefined;
}

/** Pulumi's commands that have providers. */
const COMMANDS = new Set(["up", "update", "preview", "pre", "refresh", "destroy", "down", "dn", "watch"]);
/** Between Pulumi and this process is the shell that starts it. */
const MOST_ANCESTORS = 6;

interface Process {
  parent: number;
  words: string[];
  file: string | undefined;
  folder: string;
  /** What it writes to. */
  output: string | undefined;
}

/**
 * The command that this process serves, from the processes above it: Pulumi tells a provider nothing of the stack's
 * name or of the file with its configuration, in no message and no variable (seen in its 3.260).
 * @param first the process to begin with
 * @returns nothing but undefined where the system shows no such process
 */
export function engineCommand(first = process.ppid): EngineCommand {
  let pid = first;
  for (let depth = 0; depth < MOST_ANCESTORS && pid > 1; depth++) {
    const found = processOf(pid);
    if (found === undefined) break;
    const command = commandIn(found);
    if (command !== undefined) return command;
    pid = found.parent;
  }
  return {
    cli: undefined,
    word: undefined,
    stack: undefined,
    configFile: undefined,
    onTerminal: undefined,
    isTargeted: undefined,
    excludesProtected: undefined,
    parallel: undefined,
  };
}

function commandIn({ words, file, folder, output }: Process): EngineCommand | undefined {
  const { values, positionals } = parseArgs({
    args: words.slice(1),
    strict: false,
    allowPositionals: true,
    options: {
      stack: { type: "string", short: "s" },
      "config-file": { type: "string" },
      cwd: { type: "string", short: "C" },
      "non-interactive": { type: "boolean" },
      parallel: { type: "string", short: "p" },
      target: { type: "string", short: "t", multiple: true },
      "target-replace": { type: "string", multiple: true },
      exclude: { type: "string", multiple: true },
      "exclude-protected": { type: "boolean" },
    },
  });
  const word = positionals.find((each) => COMMANDS.has(each));
  if (word === undefined) return undefined;
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const isCli = file !== undefined && /^pulumi(\.exe)?$/.test(basename(file));
  const configFile = text(values["config-file"]);
  // As Go's flags have it, one may be "--exclude-protected=false".
  const excludes = values["exclude-protected"];
  const isOff = typeof excludes === "string" && /^(false|f|0)$/i.test(excludes);
  const excludesProtected = excludes !== undefined && !isOff;
  // The CLI has gone to `--cwd` by now.
  const base = isCli ? folder : resolve(folder, text(values.cwd) ?? "");
  return {
    cli: isCli ? file : undefined,
    word,
    stack: text(values.stack),
    isTargeted:
      excludesProtected ||
      [values.target, values["target-replace"], values.exclude].some((each) => each !== undefined),
    excludesProtected,
    parallel: atMost(text(values.parallel) ?? process.env["PULUMI_PARALLEL"]),
    configFile: configFile && resolve(base, configFile),
    onTerminal:
      output === undefined ? undefined : !values["non-interactive"] && /^\/dev\/(pts\/|tty)/.test(output),
  };
}

/** Where it isn't said, each version of Pulumi takes another multiple of the processors. */
function atMost(text = ""): number | undefined {
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

function processOf(pid: number): Process | undefined {
  try {
    return process.platform === "linux" ? shownByLinux(pid) : shownByPs(pid);
  } catch {
    // Another user's, or one that ended.
    return undefined;
  }
}

function shownByLinux(pid: number): Process {
  const folder = `/proc/${pid}`;
  // "pid (name) state parent …", where the name may hold anything (proc_pid_stat(5)).
  const stat = readFileSync(`${folder}/stat`, "utf8");
  const parent = Number(stat.slice(stat.lastIndexOf(")") + 1).split(" ")[2]);
  const words = readFileSync(`${folder}/cmdline`, "utf8").split("\0").slice(0, -1);
  const link = (name: string) => readlinkSync(`${folder}/${name}`);
  return { parent, words, file: link("exe"), folder: link("cwd"), output: link("fd/1") };
}

/** Quotes and the working folder aren't shown: the project's folder is as good, where a path is relative. */
function shownByPs(pid: number): Process {
  const line = execFileSync("ps", ["-ww", "-o", "ppid=,command=", "-p", String(pid)], { encoding: "utf8" });
  const [parent = "", ...words] = line.trim().split(/\s+/);
  return { parent: Number(parent), words, file: words[0], folder: process.cwd(), output: undefined };
}

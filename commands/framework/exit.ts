/** What a command ends with. One meaning everywhere: pipelines and scripts rely on it. */
export const EXIT = {
  fine: 0,
  failed: 1,
  finding: 2,
  /** `EX_USAGE` of sysexits.h. */
  usage: 64,
  /** 128 and the number of SIGINT, as shells say it. */
  stopped: 130,
} as const;

export type Outcome = keyof typeof EXIT;

/** The table in words. */
export const MEANING: Record<Outcome, string> = {
  fine: "done, and nothing to say against it",
  failed: "it failed, or something could not be asked",
  finding: "done, and it found what somebody has to look at",
  usage: "the command line is wrong, and nothing was done",
  stopped: "stopped by Ctrl-C or a signal",
};

/** CloudWatch's names for what the handler measures; each has the dimension `Stack`. */
export const METRIC_NAMESPACE = "AwsPanosRules";

export const METRICS = {
  /** Seconds since the oldest change that is not on the firewall yet; 0 where none waits. */
  oldestChangeAge: "OldestChangeAge",
  /** One for each row of runs that reached the third which failed, or the third whose time was too short. */
  runsGivenUp: "RunsGivenUp",
  /** One for each time that the handler looked. */
  heartbeat: "Heartbeat",
  /** Runs that have ended, however. */
  runs: "Runs",
  failedRuns: "FailedRuns",
  /** Changes that were written down. */
  changes: "Changes",
  /** Events that start nothing. */
  droppedEvents: "DroppedEvents",
  /** Messages and records that went to the dead-letter queue. */
  malformedEvents: "MalformedEvents",
} as const;

const SECONDS: ReadonlySet<string> = new Set([METRICS.oldestChangeAge]);

/**
 * A log line that CloudWatch also takes metrics from.
 * Source: CloudWatch documentation, embedded metric format specification.
 * @param values by their names in METRICS
 * @param fields what else the line says
 */
export function metricLine(
  stack: string,
  now: number,
  values: Partial<Record<keyof typeof METRICS, number>>,
  fields: Record<string, unknown>,
): Record<string, unknown> {
  const named = Object.entries(values).map(([name, value]): [string, number] => [
    METRICS[name as keyof typeof METRICS],
    value,
  ]);
  return {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [["Stack"]],
          Metrics: named.map(([Name]) => ({ Name, Unit: SECONDS.has(Name) ? "Seconds" : "Count" })),
        },
      ],
    },
    Stack: stack,
    ...fields,
    ...Object.fromEntries(named),
  };
}

interface Explanation {
  says: RegExp;
  /** For somebody who has seen the demo and nothing else. @param parts what the expression has in brackets */
  means: (...parts: string[]) => string;
}

/** Warnings that the demo's account and firewall lead to. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    says: /skipVerifyCertificate is true/,
    means: () =>
      "The simulated firewall's certificate is signed by nobody, so the demo does not check it. A real firewall's is " +
      "checked: panos:caFile names the certificate of who signed it.",
  },
  {
    says: /^the firewall's rule (\S+) stands above and may deny part of what these allow: (.*)$/,
    means: (rule = "", ours = "") =>
      `${rule} is the administrator's and stands above our rules: what it drops stays dropped. So not all that AWS ` +
      `allows may get through ${ours.split(", ").length} of ours.`,
  },
  {
    says: /^withheld: .* of its instances, \S+ \((\S+)\) has the tag (\S+) \(quarantine\)/,
    means: (name = "", tag = "") =>
      `${name} has the tag ${tag}: nothing that its security groups let in is let through to it any more, on purpose.`,
  },
  {
    says: /^firewall\/\S+: not connected to Panorama, so .*: (.*)$/,
    means: (away = "") => `While it was away, nobody could ask what ${away} has of its own.`,
  },
  {
    says: /^what (\S+) committed for the device group (\S+) and nobody has pushed/,
    means: (who = "", group = "") =>
      `What ${who} had committed for the device group ${group} and not pushed everywhere stayed so: our push leaves it ` +
      "out.",
  },
  {
    says: /^commit job \d+ on \S+: Security Policy: - Rule '(\S+)' shadows rule '(\S+)'/,
    means: (wide = "", narrow = "") =>
      `The firewall says that ${wide} lets in all that ${narrow} does. Both mirror the group partner, which allows ` +
      "everything and, once more, one protocol.",
  },
];

/** Warnings in words that somebody who has seen the demo knows, each kind once; others as they are. */
export function explained(warnings: Iterable<string>): string[] {
  const texts = new Map<string, string>();
  for (const warning of warnings) {
    const known = EXPLANATIONS.find(({ says }) => says.test(warning));
    const key = known?.says.source ?? warning;
    if (!texts.has(key))
      texts.set(key, known === undefined ? warning : known.means(...partsOf(known.says, warning)));
  }
  return [...texts.values()];
}

function partsOf(says: RegExp, warning: string): string[] {
  return (says.exec(warning) ?? []).slice(1);
}

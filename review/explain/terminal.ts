/** An explanation for who reads it in a terminal. */
import type { Display } from "../../lib/terminal/display";
import { paragraph } from "../../lib/terminal/paragraph";
import type { Explanation, Reason } from "./reason";

/**
 * The explanation as a tree, in lines that the display has room for.
 * @param caveat what is said of the answer as a whole, below it
 */
export function treeOf({ verdict, text, because }: Explanation, display: Display, caveat?: string): string {
  return [
    paragraph([{ text: `${text} [${verdict}]`, style: "bold" }], display),
    ...(caveat === undefined ? [] : [paragraph([caveat], display)]),
    ...branches(because, "", display),
  ].join("\n");
}

function branches(reasons: readonly Reason[], indent: string, display: Display): string[] {
  return reasons.flatMap(({ text, because = [] }, index) => {
    const isLast = index === reasons.length - 1;
    const below = `${indent}${isLast ? "   " : "│  "}`;
    const rest = below + (because.length > 0 ? "│  " : "   ");
    return [
      paragraph([text], display, { first: `${indent}${isLast ? "└─" : "├─"} `, rest }),
      ...branches(because, below, display),
    ];
  });
}

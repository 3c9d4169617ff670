import { expect } from "chai";
import { terminalPicture } from "../../docs/terminal-picture";

describe("a picture of a terminal", () => {
  it("has each piece of text in its column and its style", () => {
    const svg = terminalPicture(
      "a  \u001b[1m\u001b[31m<b>\u001b[39m c\u001b[22m d\n\nlast\n",
      20,
      "what & why",
    );
    const pieces = [...svg.matchAll(/<tspan x="([\d.]+)"[^>]*?(?: class="([^"]*)")?>([^<]*)</g)];
    expect(pieces.map(([, x, kind, text]) => [x, kind, text])).to.deep.equal([
      ["16.0", undefined, "a"],
      ["41.2", "bold red", "&lt;b&gt;"],
      ["74.8", "bold", "c"],
      ["91.6", undefined, "d"],
      ["16.0", undefined, "last"],
    ]);
    expect(svg).to.contain('<title id="title">what &amp; why</title>').and.not.contain("\u001b");
  });
});

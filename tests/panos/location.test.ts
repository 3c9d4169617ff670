import { expect } from "chai";
import { entryXpath, xpathLiteral } from "../../panos/location";

describe("locations", () => {
  it("name an entry in its container", () => {
    expect(entryXpath({ vsys: "vsys2" }, "rules", "web")).to.equal(
      "/config/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys2']" +
        "/rulebase/security/rules/entry[@name='web']",
    );
  });

  it("quote names with either kind of quotes, and with both", () => {
    expect(xpathLiteral("plain")).to.equal("'plain'");
    expect(xpathLiteral("it's")).to.equal(`"it's"`);
    expect(xpathLiteral(`"x"`)).to.equal(`'"x"'`);
    expect(xpathLiteral(`a'b"c`)).to.equal(`concat('a', "'", 'b"c')`);
  });
});

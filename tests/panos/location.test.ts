import { expect } from "chai";
import { entryXpath, groupLocation, locationOf, xpathLiteral } from "../../panos/location";

describe("locations", () => {
  it("name an entry in its container", () => {
    expect(entryXpath({ vsys: "vsys2" }, "rules", "web")).to.equal(
      "/config/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys2']" +
        "/rulebase/security/rules/entry[@name='web']",
    );
  });

  it("of a device group are told by what no vsys can be called", () => {
    const location = locationOf("cloud: one:post-rulebase");
    expect(location.panorama).to.deep.equal({ deviceGroup: "cloud: one", rulebase: "post-rulebase" });
    expect(groupLocation(location.panorama!)).to.deep.equal(location);
    expect(entryXpath(location, "rules", "web")).to.equal(
      "/config/devices/entry[@name='localhost.localdomain']/device-group/entry[@name='cloud: one']" +
        "/post-rulebase/security/rules/entry[@name='web']",
    );
    expect(locationOf("vsys1")).to.deep.equal({ vsys: "vsys1" });
  });

  it("quote names with either kind of quotes, and with both", () => {
    expect(xpathLiteral("plain")).to.equal("'plain'");
    expect(xpathLiteral("it's")).to.equal(`"it's"`);
    expect(xpathLiteral(`"x"`)).to.equal(`'"x"'`);
    expect(xpathLiteral(`a'b"c`)).to.equal(`concat('a', "'", 'b"c')`);
  });
});

import { expect } from "chai";
import { readYaml, valueOfYaml } from "../../lib/yaml";

describe("YAML", () => {
  it("that is none says each fault with its line and column", () => {
    for (const [text, fault] of [
      ["config:\n  a: 1\n  a: 2\n", "f.yaml:3:3: Map keys must be unique"],
      ["config:\n  a: [1, 2\n", "f.yaml:3:1: "],
      ["config:\n\ta: 1\n", "f.yaml:2:1: "],
      ["a: *b\n", "f.yaml:1:1: Unresolved alias"],
    ] as const) {
      expect(() => valueOfYaml(text, "f.yaml"), text).to.throw(fault);
    }
    expect(valueOfYaml("a: [1]\n", "f.yaml")).to.deep.equal({ a: [1] });
  });

  it("has places of keys and values, and of the nearest part of what isn't there", () => {
    const { keyPlaceOf, placeOf } = readYaml("config:\n  a:b:\n    - name: x\n      z: { q: 1 }\n");
    const path = ["config", "a:b", 0, "z", "q"];
    expect(keyPlaceOf(path)).to.deep.equal({ line: 4, column: 12 });
    expect(placeOf(path)).to.deep.equal({ line: 4, column: 15 });
    expect(keyPlaceOf(["config", "a:b", 0])).to.deep.equal({ line: 3, column: 7 });
    expect(keyPlaceOf(["config", "a:b", 7, "name"])).to.deep.equal({ line: 2, column: 3 });
    expect(keyPlaceOf(["nothing"])).to.deep.equal({ line: 1, column: 1 });
  });
});

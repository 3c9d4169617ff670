import * as pulumi from "@pulumi/pulumi";

// What Pulumi itself costs: dynamic resources that do nothing, written as Pulumi's documentation shows it. The
// SDK serializes the provider into each resource, and the provider process loads it from there.
const provider: pulumi.dynamic.ResourceProvider = {
  create: () => Promise.resolve({ id: "empty", outs: {} }),
};

class Empty extends pulumi.dynamic.Resource {
  constructor(name: string) {
    super(provider, name, {});
  }
}

const count = new pulumi.Config().requireNumber("resources");
for (let index = 0; index < count; index++) new Empty(`empty-${index}`);

import * as pulumi from "@pulumi/pulumi";

// What Pulumi itself costs: dynamic resources that do nothing, empty or with a rule's inputs, written as Pulumi's documentation shows it. The
// SDK serializes the provider into each resource, and the provider process loads it from there.
const provider: pulumi.dynamic.ResourceProvider = {
  create: (inputs: object) => Promise.resolve({ id: "nothing", outs: inputs }),
};

class Nothing extends pulumi.dynamic.Resource {
  constructor(name: string, inputs: object) {
    super(provider, name, inputs);
  }
}

/** What a rule of the program that this is compared with has, where they are to be alike. */
function ruleInputs(index: number): object {
  const name = `aws-sg-0${index}-tcp-${8000 + index}`;
  return {
    ...{ firewall: "firewall/vsys1", ownerId: "bench123", before: "cleanup", name, action: "allow" },
    description: `AWS: group-${index} lets in tcp ${8000 + index}, sgr-0${index}0, sgr-0${index}1`,
    tag: ["aws-panos-bench123"],
    from: ["untrust"],
    to: ["trust"],
    source: ["198.51.100.0/32", "203.0.113.0/24"],
    destination: ["10.0.0.0", "10.0.0.1"],
    application: ["any"],
    service: [`aws-tcp-${8000 + index}`],
  };
}

const config = new pulumi.Config();
const count = config.requireNumber("resources");
const areAlike = config.requireBoolean("alike");
for (let index = 0; index < count; index++)
  new Nothing(`nothing-${index}`, areAlike ? ruleInputs(index) : {});

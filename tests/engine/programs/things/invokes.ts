/** Answers for the program's data sources, in place of a plugin. */
export const invokes = {
  "aws:ec2/getVpc:getVpc": (args: Record<string, unknown>) => ({ id: args["id"], cidrBlock: "10.0.0.0/16" }),
  "aws:ec2/getSubnet:getSubnet": () => Promise.reject(new Error("no such subnet")),
};

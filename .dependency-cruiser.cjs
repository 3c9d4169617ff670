// The house: which room may import which, and that no file needs itself. `npm run lint:house` holds it; what was
// otherwise when the rule came is listed in .dependency-cruiser-known-violations.json, to become shorter.

// A room imports those named before it.
const order = [
  "lib",
  "panos",
  "aws",
  "declaration",
  "inventory",
  "mapping",
  "settings",
  "provider",
  "guard",
  "plan",
  "index.ts",
  "review",
  "commands",
  "ci",
  "demo",
];
// Beside review, on the same floor: what it imports, commands import it.
const trigger = order.filter((room) => order.indexOf(room) <= order.indexOf("plan"));
// What stands in for a firewall and for Pulumi in tests and demonstrations.
const standIns = ["lib", "panos", "aws"];

const at = (rooms) =>
  `^(${rooms.map((room) => room.replace(".", "\\.") + (room.endsWith(".ts") ? "$" : "/")).join("|")})`;
// One job of the commands is to try it: the demo is started like any other.
const programs = ["^commands/jobs/try\\.ts$"];
// What a person starts to try something on a simulated firewall, and the one place that chooses between the Pulumi CLI
// and the stand-in for it.
const withStandIns = [
  ...programs,
  "^commands/simulator/",
  "^commands/replay/replay\\.ts$",
  "^commands/pulumi\\.ts$",
  "^ci/demo\\.ts$",
];
const may = (room, rooms) => ({
  name: `${room.replace(".ts", "")}-imports-what-is-below`,
  comment: `${room} imports ${rooms.length ? rooms.join(", ") : "no other room"}.`,
  severity: "error",
  from: { path: at([room]), pathNot: programs },
  to: { path: at([...order, "trigger"]), pathNot: at([room, ...rooms]) },
});

module.exports = {
  forbidden: [
    ...order.map((room, i) =>
      may(room, [...order.slice(0, i), ...(i > order.indexOf("review") ? ["trigger"] : [])]),
    ),
    may("trigger", trigger),
    may("packages", standIns),
    {
      name: "no-cycle-of-files",
      comment: "Types included: a type that two files share has a file of its own.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "product-without-stand-ins",
      comment: "No product code needs the simulator, the stand-in for Pulumi, the tests or a demonstration.",
      severity: "error",
      from: { path: at(order.filter((room) => room !== "demo").concat("trigger")), pathNot: withStandIns },
      to: { path: at(["packages", "tests", "demo", "docs"]) },
    },
    {
      name: "packages-without-tests",
      severity: "error",
      from: { path: at(["packages"]) },
      to: { path: at(["tests", "demo", "docs"]) },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules|coverage)/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "types"],
    },
  },
};

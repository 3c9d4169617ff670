import path from "node:path";
import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

// The names of what we make on a firewall, and what descriptions of rules say, are written and read in one place.
const codec = "declaration/names and declaration/descriptions.ts make and read what we write on a firewall";
const names = [
  "Literal[regex.pattern=/aws-(sg|quarantine|panos-)?[(\\[]|aws-(sg|quarantine)-|sgr-\\[0-9a-z\\]/]",
  "NewExpression[callee.name='RegExp'] > :matches(Literal[value=/aws-/], TemplateLiteral[quasis.0.value.raw=/aws-/])",
  "CallExpression[callee.property.name=/^(starts|ends)With$/] > Literal[value=/^(aws-(?!panos-rules)|-(out|in|responders)$)/]",
  "TemplateLiteral[quasis.0.value.raw=/^aws-(panos-)?$/]",
].map((selector) => ({ selector, message: `${codec}: use that.` }));

const bareError = {
  selector: "NewExpression[callee.name='Error']",
  message: "An error has a code: see error.ts of this room.",
};

/** How many files of the project one imports, types and what require() loads later included. */
const importedFiles = {
  meta: { schema: [{ type: "integer" }, { type: "object" }] },
  create(context) {
    const [max, above = {}] = context.options;
    const file = path.relative(context.cwd, context.filename).replaceAll(path.sep, "/");
    const found = new Set();
    const add = (source) => {
      if (typeof source?.value === "string" && source.value.startsWith("."))
        found.add(path.resolve(path.dirname(context.filename), source.value));
    };
    const say = (node, message) => context.report({ node, message });
    return {
      ":matches(ImportDeclaration, ExportNamedDeclaration, ExportAllDeclaration, ImportExpression)": (node) =>
        add(node.source),
      TSImportType: (node) => add(node.argument.literal),
      "CallExpression[callee.name='require']": (node) => add(node.arguments[0]),
      "Program:exit"(node) {
        const may = above[file] ?? max;
        if (found.size > may)
          say(node, `It imports ${found.size} files, more than ${may}: what is its second subject?`);
        if (file in above && found.size <= max)
          say(node, `${file} imports few files by now: take it off the list.`);
      },
    };
  },
};

/** Files that import more than others may, and how many. It only becomes shorter. */
const ABOVE = {
  "packages/simulator/commit/commit.ts": 25,
  "packages/simulator/firewall.ts": 26,
  "packages/simulator/op/commands.ts": 25,
  "packages/simulator/simulator.ts": 25,
};

export default tseslint.config(
  { ignores: ["node_modules/", "coverage/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      // One program for all files: a project service, which editors like, makes one anew as it goes from file to file.
      parserOptions: { project: "tsconfig.json", tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "separate-type-imports" }],
    },
  },
  {
    files: ["**/*.ts"],
    // What the trigger makes in AWS has names of its own.
    ignores: [
      ...["tests/**", "packages/**", "demo/**", "trigger/infrastructure/**"],
      ...["declaration/names/**", "declaration/descriptions.ts"],
    ],
    rules: { "no-restricted-syntax": ["error", ...names] },
  },
  {
    files: ["provider/**/*.ts", "declaration/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...names, bareError] },
  },
  {
    files: ["declaration/names/**", "declaration/descriptions.ts"],
    rules: { "no-restricted-syntax": ["error", bareError] },
  },
  {
    // A reader sees a function whole, and a file in one go; and what needs many files is about several things.
    files: ["**/*.ts"],
    ignores: ["tests/**"],
    plugins: { house: { rules: { "imported-files": importedFiles } } },
    rules: {
      "house/imported-files": ["error", 15, ABOVE],
      "max-lines": ["error", { max: 299 }],
      "max-lines-per-function": ["error", { max: 80 }],
    },
  },
  {
    // chai's assertions are expressions: expect(x).to.be.true
    files: ["tests/**/*.ts"],
    rules: { "@typescript-eslint/no-unused-expressions": "off" },
  },
  {
    files: ["**/*.mjs", "**/*.cjs", "**/*.js"],
    languageOptions: { globals: { process: "readonly", console: "readonly", __dirname: "readonly" } },
  },
  {
    // tsc checks it, and knows what a browser has.
    files: ["review/**/page/*.js", "packages/simulator/page/*.js"],
    rules: { "no-undef": "off" },
  },
  prettier,
);

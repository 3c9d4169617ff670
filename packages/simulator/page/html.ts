/** The page: both configurations' rules as one table, pending changes, jobs, locks, requests. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const file = (name: string): string => readFileSync(join(__dirname, name), "utf8");

// A wall with a way through.
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http:%2F%2Fwww.w3.org%2F2000%2Fsvg' viewBox='0 0 16 16'%3E%3Cpath fill='%231d5da6' d='M1 2h14v3H1zm0 9h14v3H1zm0-4.500h4v3H1zm10 0h4v3h-4z'/%3E%3C/svg%3E";

export function pageHtml(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>PAN-OS simulator</title>
<link rel="icon" href="${ICON}">
<style nonce="${nonce}">${file("page.css")}</style>
</head>
<body>
<header><h1 id="host">PAN-OS simulator</h1><p id="summary" role="status">connecting…</p></header>
<main>
<section aria-labelledby="policy-title"><h2 id="policy-title">Security policy</h2>
<form class="tools" role="search" aria-label="Rules">
<input id="search" type="search" placeholder="a rule, a group's id, an address, a port" aria-label="Filter" autocomplete="off">
<label><input id="differing" type="checkbox"> only what differs from running</label>
<span id="shown" class="count" role="status"></span>
</form>
<table id="policy" aria-labelledby="policy-title"></table></section>
<div id="fleet" hidden>
${section("groups", "Device groups and firewalls")}
${section("fleet-rules", "Panorama's rules beside each firewall's")}
</div>
<div class="pair">
${section("pending", "Pending changes")}
${section("jobs", "Jobs")}
</div>
${section("locks", "Locks")}
${section("requests", "Last requests")}
</main>
<script type="module" nonce="${nonce}">${file("page.js")}
{
${file("fleet.js")}
}</script>
</body>
</html>
`;
}

function section(id: string, title: string): string {
  return `<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2><table id="${id}" aria-labelledby="${id}-title"></table></section>`;
}

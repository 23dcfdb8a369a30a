// Writes dist/vssflow-studio.ccx: the panel as Creative Cloud installs it, a zip of its files.
const fs = require("node:fs");
const path = require("node:path");
const { zipSync } = require("fflate");
const { files } = require("./package.json");

const parts = Object.fromEntries(files.map((name) => [name, fs.readFileSync(path.join(__dirname, name))]));
const target = path.join(__dirname, "dist", "vssflow-studio.ccx");
fs.mkdirSync(path.dirname(target), { recursive: true });
fs.writeFileSync(target, zipSync(parts, { mtime: "1980-01-01" })); // the same files give the same archive
console.log(target);

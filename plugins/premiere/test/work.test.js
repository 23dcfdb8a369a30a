// The panel's logic with doubles of Adobe's modules; the files are real.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { beforeEach, test } = require("node:test");

const { Studio } = require("../src/studio.js");
const { Work, plain } = require("../src/work.js");

let home, folder, asked, answers, opened, project, work;

beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "home-"));
  folder = path.join(home, "film");
  fs.mkdirSync(folder);
  [asked, opened, answers] = [[], [], {}];
  project = {
    path: path.join(folder, "film.prproj"),
    imported: [],
    getActiveSequence: async () => ({ name: "Reel 1/2" }),
    getRootItem: async () => "root",
    importFiles: async (paths, quiet, bin) => project.imported.push([...paths, quiet, bin]) > 0,
  };
  const premiere = {
    Project: { getActiveProject: async () => project },
    ProjectConverter: {
      exportAsOpenTimelineIO: async (sequence, file) => (fs.writeFileSync(file, sequence.name), true),
    },
  };
  const fetch = async (url, request) => {
    asked.push([url, JSON.parse(request.body), request.headers.Authorization]);
    const [status, said] = answers[url.split("/").pop()] ?? [200, {}];
    return { ok: status === 200, json: async () => said };
  };
  const studio = new Studio({ fs: fs.promises, fetch, home, platform: "linux" });
  work = new Work({ premiere, fs: fs.promises, studio, open: async (file) => opened.push(file) });
});

function openWindow(text = '{"port": 47810, "token": "t", "pid": 1}') {
  const file = path.join(home, ".local/share/vssflow-studio/endpoint.json");
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

test("a sequence is exported beside the project and handed to the window", async () => {
  openWindow();
  assert.equal(await work.send(), "Sent Reel 1_2.otio.");
  const file = `${folder}/VSSFlow Studio/Reel 1_2.otio`;
  assert.equal(fs.readFileSync(file, "utf-8"), "Reel 1/2");
  assert.deepEqual(asked, [["http://127.0.0.1:47810/v1/open", { path: file }, "Bearer t"]]);
});

test("a second version carries the cues of the first and overwrites nothing", async () => {
  openWindow();
  await work.send();
  assert.equal(await work.send(), "Sent Reel 1_2 2.otio.");
  const [first, second] = ["", " 2"].map((n) => `${folder}/VSSFlow Studio/Reel 1_2${n}.otio`);
  assert.deepEqual(asked[1].slice(0, 2), ["http://127.0.0.1:47810/v1/conform", { old: first, new: second }]);
  assert.ok(fs.existsSync(first) && fs.existsSync(second));
});

test("without a window the system opens the file", async () => {
  for (const left of [null, "{", '{"port": "x", "token": "t"}']) {
    if (left) openWindow(left);
    opened.length = 0;
    await work.send();
    assert.equal(opened.length, 1);
  }
  assert.deepEqual(asked, []);
});

test("tracks come back as a sequence of the project, with what could not come along", async () => {
  openWindow();
  answers.export = [200, { path: "C:\\film\\cut.xml", warnings: ["1 dissolve became a cut"] }];
  assert.equal(await work.bringBack(), "Imported cut.xml.\n1 dissolve became a cut");
  assert.deepEqual(project.imported, [["C:\\film\\cut.xml", true, "root"]]);
});

test("what goes wrong is said", async () => {
  await assert.rejects(work.bringBack(), /not open/);
  openWindow();
  answers.export = [409, { what: "No timeline is open", remedy: "Open one first." }];
  await assert.rejects(work.bringBack(), /No timeline is open. Open one first./);
  project.getActiveSequence = async () => null;
  await assert.rejects(work.send(), /No sequence is open/);
  project.path = "";
  await assert.rejects(work.send(), /Save the project first/);
});

test("names are made plain", () => {
  assert.equal(plain(' A:B"?. '), "A_B__");
  assert.equal(plain("..."), "Untitled");
});

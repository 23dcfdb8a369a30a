// The panel: two buttons, and a line that says what happened. All logic is in src/.
const { Studio } = require("./src/studio.js");
const { Work } = require("./src/work.js");

const fs = require("fs");
const os = require("os");
const { shell } = require("uxp");
const premiere = require("premierepro");

const studio = new Studio({ fs, fetch, home: os.homedir(), platform: os.platform() });
const work = new Work({ premiere, fs, studio, open: (path) => shell.openPath(path) });

document.addEventListener("DOMContentLoaded", () => {
  const said = document.getElementById("said");
  const buttons = [...document.querySelectorAll("button")];

  function on(id, task) {
    document.getElementById(id).addEventListener("click", async () => {
      buttons.forEach((button) => (button.disabled = true));
      said.textContent = "…";
      try {
        said.textContent = await task();
      } catch (error) {
        said.textContent = error.message;
      } finally {
        buttons.forEach((button) => (button.disabled = false));
      }
    });
  }

  on("send", () => work.send());
  on("back", () => work.bringBack());
});

// Asks the open VSSFlow Studio, by the address that it leaves in a file of the user's own.

class Problem extends Error {}

const PLACES = {
  darwin: "Library/Application Support/vssflow-studio/endpoint.json",
  win32: "AppData/Local/vssflow-studio/endpoint.json",
};

class Studio {
  /** `fs` and `fetch` are UXP's; `home` and `platform` as its `os` module gives them. */
  constructor({ fs, fetch, home, platform }) {
    this.fs = fs;
    this.fetch = fetch;
    const place = PLACES[platform] || ".local/share/vssflow-studio/endpoint.json";
    this.file = `${home.replace(/\\/g, "/")}/${place}`;
  }

  /** The address of the window, null when none is open. */
  async address() {
    try {
      const { port, token } = JSON.parse(await this.fs.readFile(this.file, { encoding: "utf-8" }));
      return Number.isInteger(port) && token ? { port, token } : null;
    } catch {
      return null;
    }
  }

  /** What the window answers to `verb`; null when none is open. Throws Problem with what it says. */
  async ask(verb, given = {}) {
    const address = await this.address();
    if (!address) return null;
    let answer;
    try {
      answer = await this.fetch(`http://127.0.0.1:${address.port}/v1/${verb}`, {
        method: "POST",
        headers: { Authorization: `Bearer ${address.token}`, "Content-Type": "application/json" },
        body: JSON.stringify(given),
      });
    } catch {
      return null; // it was ended without taking its address away
    }
    const said = await answer.json();
    if (!answer.ok) throw new Problem([said.what, said.remedy].filter(Boolean).join(". "));
    return said;
  }
}

module.exports = { Problem, Studio };

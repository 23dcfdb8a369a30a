// What the two buttons do. `premiere` is the host's module (UXP API of Premiere 25.6 and later).

const { Problem } = require("./studio.js");

const FOLDER = "VSSFlow Studio";

class Work {
  /** `open(path)` starts the program that the system has for a file. */
  constructor({ premiere, fs, studio, open }) {
    Object.assign(this, { premiere, fs, studio, open });
  }

  /** Export the active sequence and open it in VSSFlow Studio, with the cues of the version before. */
  async send() {
    const { project, sequence } = await this.active();
    const folder = `${directory(project.path)}/${FOLDER}`;
    await this.fs.mkdir(folder, { recursive: true }).catch((error) => {
      if (error.code !== "EEXIST") throw new Problem(`The folder can't be made: ${folder}`);
    });
    const { newest, free } = await this.versions(folder, plain(sequence.name));
    const done = await this.premiere.ProjectConverter.exportAsOpenTimelineIO(sequence, free, true);
    if (!done) throw new Problem("Premiere could not export the sequence as OpenTimelineIO.");
    if (newest) await this.studio.ask("conform", { old: newest, new: free });
    if (!(await this.studio.ask("open", { path: free }))) await this.open(free);
    return `Sent ${base(free)}.`;
  }

  /** Import what is open in VSSFlow Studio as a sequence beside the others. */
  async bringBack() {
    const { project } = await this.active(false);
    const folder = directory(project.path);
    const made = await this.studio.ask("export", { for: "premiere", folder });
    if (!made) throw new Problem("VSSFlow Studio is not open. Send the sequence first.");
    const bin = await project.getRootItem();
    if (!(await project.importFiles([made.path], true, bin, false))) {
      throw new Problem(`Premiere could not import ${made.path}.`);
    }
    return [`Imported ${base(made.path)}.`, ...made.warnings].join("\n");
  }

  async active(withSequence = true) {
    const project = await this.premiere.Project.getActiveProject();
    if (!project) throw new Problem("No project is open.");
    if (!project.path) throw new Problem("Save the project first: the files go beside it.");
    const sequence = await project.getActiveSequence();
    if (withSequence && !sequence) throw new Problem("No sequence is open.");
    return { project, sequence };
  }

  /** The last version that was sent, and the name of the next: no file is ever written over. */
  async versions(folder, name) {
    let newest = null;
    for (let number = 1; ; number += 1) {
      const path = `${folder}/${name}${number > 1 ? ` ${number}` : ""}.otio`;
      try {
        await this.fs.lstat(path);
      } catch {
        return { newest, free: path };
      }
      newest = path;
    }
  }
}

/** A name that every file system takes. */
function plain(name) {
  // eslint-disable-next-line no-control-regex
  return name.replace(/[\\/:*?"<>|\x00-\x1f]/g, "_").replace(/^[ .]+|[ .]+$/g, "") || "Untitled";
}

function directory(path) {
  return path.replace(/\\/g, "/").replace(/\/[^/]*$/, "");
}

function base(path) {
  return path.replace(/\\/g, "/").split("/").pop();
}

module.exports = { Work, plain };

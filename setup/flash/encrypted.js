// The build of a board that encrypts its flash: the firmware's own manifest, another partition table, more of ESP-IDF's options.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { BOARDS, buildName, FIRMWARE } from "./plan.js"

const TARGET = "src/device/targets/esp32"

/** What the SDK is to build instead of the firmware's manifest: files by name, for one folder. `root`: the project's. */
export function encryptedProject({ board, firmware, encrypt }, root) {
  const { platform } = BOARDS[board]
  const options = (path) => readFileSync(join(root, TARGET, path), "utf8")
  // For the SDK the last manifest that is included has the last word, before it the one that includes.
  const variant = {
    build: {
      NAME: buildName({ firmware, encrypt }),
      PARTITIONS_FILE: join(root, TARGET, "encrypted/partitions.csv"),
    },
    platforms: { [platform]: { build: { SDKCONFIGPATH: "./" } } },
  }
  return {
    "manifest.json": JSON.stringify({ include: [join(root, FIRMWARE[firmware]), "./encrypted.json"] }),
    "encrypted.json": JSON.stringify(variant),
    "sdkconfig.defaults": options(`sdkconfig/${board}/sdkconfig.defaults`) + options(`encrypted/${encrypt}.defaults`),
  }
}

// Writes an image over a serial port with Espressif's own protocol (esptool-js): finds the chip, refuses the wrong one,
// writes, and compares the board's MD5 with the image's before the board may boot it.
import { createHash } from "node:crypto"
import { ESPLoader, Transport } from "esptool-js"
import { BOARDS, FlashError } from "./plan.js"

const ROM_BAUD = 115_200
/** Where chips that know no GET_SECURITY_INFO keep the count of flash encryption's changes: register, first bit, bits. */
const CRYPT_COUNT = { ESP32: [0x3ff5a000, 20, 7], "ESP32-C3": [0x60008834, 18, 3] }
const silent = { clean() {}, write() {}, writeLine() {} }
/** What esptool-js pads an image with, to words of four bytes. */
const PAD = 0xff

/**
 * `port` is shaped like a Web Serial port; its `lost` rejects where the line breaks. `progress(name, share)` is called as
 * it goes. Resolves to the chip's name. Throws `E_FLASH_CONNECT`, `E_FLASH_CHIP`, `E_FLASH_ENCRYPTED`, `E_FLASH_LINK`,
 * `E_FLASH_VERIFY`. An image that makes the board encrypt its flash erases it all first: what stood there was readable.
 */
export async function flashImage({ port, image, baud = ROM_BAUD, board, progress = () => {} }) {
  const transport = new Transport(port)
  transport.trace = () => {} // it writes to the console whether tracing is on or not
  const loader = new ESPLoader({ transport, baudrate: baud, romBaudrate: ROM_BAUD, terminal: silent })
  const alive = (work) => Promise.race([work, port.lost])
  try {
    const chip = await alive(connect(loader, image, board))
    try {
      await alive(write(loader, image, baud, progress))
    } catch (cause) {
      throw new FlashError(
        "E_FLASH_LINK",
        `The line broke while the image was written (${cause.message}): what is on the board will not boot. Check the cable and run the command again.`,
        { cause },
      )
    }
    await verify(loader, image.parts)
    await hardReset(port)
    return chip
  } finally {
    await transport.disconnect().catch(() => {})
  }
}

async function connect(loader, image, board) {
  try {
    await loader.detectChip()
  } catch (cause) {
    if (cause instanceof FlashError) throw cause
    throw new FlashError(
      "E_FLASH_CONNECT",
      `No ESP32 answers (${cause.message}): hold its BOOT button, press RESET, let go of BOOT, and run the command again. Is another program on the port?`,
      { cause },
    )
  }
  const found = loader.chip.CHIP_NAME
  for (const wanted of [board, image.board])
    if (wanted !== undefined && BOARDS[wanted].chip !== found)
      throw new FlashError(
        "E_FLASH_CHIP",
        `The board is an ${found}, ${wanted === board ? "--board" : "the image"} is for ${BOARDS[wanted].chip}: nothing was written.`,
      )
  if (await isEncrypted(loader))
    throw new FlashError(
      "E_FLASH_ENCRYPTED",
      "The board encrypts its flash: an image written over this cable would not boot, and nothing was written. In development mode Espressif's own tools can encrypt while they write (docs/hardware.md); in release mode nobody can.",
    )
  return found
}

/** An odd number of bits: encryption is on. */
async function isEncrypted(loader) {
  const [register, first, bits] = CRYPT_COUNT[loader.chip.CHIP_NAME] ?? []
  let count = await loader.getSecurityInfo().then(
    ({ flashCryptCnt }) => flashCryptCnt,
    () => undefined,
  )
  count ??= register === undefined ? 0 : (await loader.readReg(register)) >>> first
  let odd = false
  for (let bit = 0; bit < (bits ?? 3); bit++) if ((count >> bit) & 1) odd = !odd
  return odd
}

async function write(loader, { parts, encrypts }, baud, progress) {
  await loader.runStub()
  if (baud !== ROM_BAUD) await loader.changeBaud()
  await loader.writeFlash({
    fileArray: parts.map(({ address, data }) => ({ address, data: new Uint8Array(data) })),
    flashMode: "keep",
    flashFreq: "keep",
    flashSize: "keep",
    eraseAll: encrypts,
    compress: true,
    reportProgress: (index, written, total) => progress(parts[index].name, written / total),
  })
}

async function verify(loader, parts) {
  for (const { name, address, data } of parts) {
    const padded = Buffer.concat([data, Buffer.alloc(-data.length & 3, PAD)])
    const wanted = createHash("md5").update(padded).digest("hex")
    const found = await loader.flashMd5sum(address, padded.length)
    if (found !== wanted)
      throw new FlashError(
        "E_FLASH_VERIFY",
        `${name} does not read back as it was written (at 0x${address.toString(16)}): run the command again; if it stays so, the flash is worn or the supply too weak.`,
      )
  }
}

/** RTS holds the chip in reset, DTR off lets it boot from flash. */
async function hardReset(port) {
  await port.setSignals({ dataTerminalReady: false, requestToSend: true })
  await new Promise((resolve) => setTimeout(resolve, 100))
  await port.setSignals({ dataTerminalReady: false, requestToSend: false })
}

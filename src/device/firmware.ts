/** Name and version of this firmware, as status reports tell it. */
export const FIRMWARE = "dormouse 0.1.0"

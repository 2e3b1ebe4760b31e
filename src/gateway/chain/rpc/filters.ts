/** Installed filters (eth_newFilter and its kin). */
export class Filters {}

/* Whether a radio runs: then the hardware's randomness is true, and the other source must stay off. */
#ifndef DORMOUSE_RADIOS_H
#define DORMOUSE_RADIOS_H

extern int dormouseRadios;

#endif

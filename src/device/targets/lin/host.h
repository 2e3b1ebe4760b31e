/* What main.c got and host.c hands to the script. */
#ifndef DORMOUSE_LIN_HOST_H
#define DORMOUSE_LIN_HOST_H

extern int argumentCount;
extern char** arguments;

#endif

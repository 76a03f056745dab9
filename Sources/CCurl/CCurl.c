// A target of C has a file of C; the functions are in the header, so that they cost no call.
#include "CCurl.h"

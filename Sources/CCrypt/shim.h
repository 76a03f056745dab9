#include <crypt.h>

/* Swift should not lay the structure out, whose arrays are long; crypt_rn wants no more than its size. */
enum { CRYPT_DATA_BYTES = sizeof(struct crypt_data) };

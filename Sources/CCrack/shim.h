// packer.h needs size_t and says nothing of it.
#include <stddef.h>
#include <crack.h>
#include <packer.h>

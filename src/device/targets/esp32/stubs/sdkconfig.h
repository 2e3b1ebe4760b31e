#pragma once
#include "soc/soc_caps.h"
#if STUB_CHIP == ESP32
#define CONFIG_IDF_TARGET_ESP32 1
#endif

// random.h - seeded random numbers (splitmix64).
#pragma once
#include <cstdint>

inline uint64_t mix(uint64_t value) {
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

class Random {
public:
    explicit Random(uint64_t seed) : m_state(mix(seed)) {}
    uint64_t next() { return mix(m_state++); }
    bool percent(unsigned chance) { return chance != 0 && next() % 100 < chance; }

private:
    uint64_t m_state;
};

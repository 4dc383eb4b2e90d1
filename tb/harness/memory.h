// memory.h - 64-bit memory, sparse by pages.  What was never written reads as garbage that depends on seed and address.
#pragma once
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>

#include "random.h"

class Memory {
public:
    explicit Memory(uint64_t seed) : m_seed(seed) {}

    void read(uint64_t address, uint8_t* data, size_t bytes) {
        each_page(address, bytes, [&](uint8_t* at, size_t done, size_t part) { std::memcpy(data + done, at, part); });
    }

    void write(uint64_t address, const uint8_t* data, size_t bytes) {
        each_page(address, bytes, [&](uint8_t* at, size_t done, size_t part) { std::memcpy(at, data + done, part); });
    }

    // Both end the program with a message when the file cannot be used.
    void load(uint64_t address, const std::string& path);
    void save(uint64_t address, uint64_t bytes, const std::string& path);

private:
    static constexpr uint64_t PAGE = 4096;
    using Page = std::unique_ptr<uint8_t[]>;

    uint64_t m_seed;
    std::unordered_map<uint64_t, Page> m_pages;
    uint64_t m_last_number = ~uint64_t(0);
    uint8_t* m_last = nullptr;

    uint8_t* page(uint64_t number) {
        if (number == m_last_number) return m_last;
        Page& found = m_pages[number];
        if (!found) {
            found.reset(new uint8_t[PAGE]);
            for (uint64_t at = 0; at < PAGE; at += 8) {
                const uint64_t garbage = mix(mix(m_seed) ^ (number * PAGE + at));
                std::memcpy(found.get() + at, &garbage, 8);
            }
        }
        m_last_number = number;
        return m_last = found.get();
    }

    template <typename Visit> void each_page(uint64_t address, size_t bytes, Visit visit) {
        for (size_t done = 0; done < bytes;) {
            const uint64_t at = address + done, inside = at % PAGE;
            const size_t part = bytes - done < PAGE - inside ? bytes - done : size_t(PAGE - inside);
            visit(page(at / PAGE) + inside, done, part);
            done += part;
        }
    }
};

#include "memory.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <vector>

namespace {

void require(bool good, const std::string& path) {
    if (good) return;
    std::cerr << path << ": cannot be read or written\n";
    std::exit(2);
}

constexpr size_t CHUNK = 1 << 16;

}  // namespace

void Memory::load(uint64_t address, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    require(bool(file), path);
    std::vector<char> chunk(CHUNK);
    while (file.read(chunk.data(), CHUNK), file.gcount() > 0) {
        write(address, reinterpret_cast<const uint8_t*>(chunk.data()), size_t(file.gcount()));
        address += uint64_t(file.gcount());
    }
}

void Memory::save(uint64_t address, uint64_t bytes, const std::string& path) {
    std::ofstream file(path, std::ios::binary);
    std::vector<char> chunk(CHUNK);
    while (bytes > 0) {
        const size_t part = bytes < CHUNK ? size_t(bytes) : CHUNK;
        read(address, reinterpret_cast<uint8_t*>(chunk.data()), part);
        file.write(chunk.data(), std::streamsize(part));
        address += part;
        bytes -= part;
    }
    file.close();
    require(bool(file), path);
}

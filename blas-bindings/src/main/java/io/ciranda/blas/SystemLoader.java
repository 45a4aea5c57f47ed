package io.ciranda.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * What the operating system's loader knows and {@link SymbolLookup} does not tell; for messages
 * only.
 */
final class SystemLoader {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBC = LINKER.defaultLookup();
  private static final AddressLayout STRING =
      ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, JAVA_BYTE));

  private SystemLoader() {}

  /** Why a library does not load, in the loader's words where it has any (not on Windows). */
  static String refusal(String name) {
    // void *dlopen(const char *filename, int flags); char *dlerror(void);
    Optional<MethodHandle> dlopen =
        function("dlopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
    Optional<MethodHandle> dlerror = function("dlerror", FunctionDescriptor.of(STRING));
    if (dlopen.isPresent() && dlerror.isPresent()) {
      try (Arena arena = Arena.ofConfined()) {
        final int rtldLazy = 1;
        MemorySegment library =
            (MemorySegment) dlopen.get().invokeExact(arena.allocateFrom(name), rtldLazy);
        MemorySegment error = (MemorySegment) dlerror.get().invokeExact();
        if (library.address() == 0 && error.address() != 0) {
          String reason = error.getString(0);
          return reason.startsWith(name + ": ") ? reason.substring(name.length() + 2) : reason;
        }
      } catch (Throwable e) {
        throw BlasLibrary.unexpected(e);
      }
    }
    return "the system's loader does not find or accept it";
  }

  /** The file that a loaded function comes from; empty on Windows. */
  static Optional<String> fileOf(MemorySegment function) {
    // int dladdr(const void *addr, Dl_info *info); Dl_info starts with const char *dli_fname
    return function("dladdr", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS))
        .map(
            dladdr -> {
              try (Arena arena = Arena.ofConfined()) {
                MemorySegment info = arena.allocate(ADDRESS, 4);
                int found = (int) dladdr.invokeExact(function, info);
                return found == 0 ? null : info.get(STRING, 0).getString(0);
              } catch (Throwable e) {
                throw BlasLibrary.unexpected(e);
              }
            });
  }

  private static Optional<MethodHandle> function(String name, FunctionDescriptor descriptor) {
    return LIBC.find(name).map(address -> LINKER.downcallHandle(address, descriptor));
  }
}

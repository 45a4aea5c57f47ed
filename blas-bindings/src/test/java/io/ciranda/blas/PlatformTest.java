package io.ciranda.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlatformTest {
  private static final Path HOME = Path.of("home").toAbsolutePath();
  private static final Path ELSEWHERE = Path.of("elsewhere").toAbsolutePath();

  @Test
  void namesOfTheJdk() {
    assertEquals(Platform.LINUX, Platform.of("Linux"));
    assertEquals(Platform.MACOS, Platform.of("Mac OS X"));
    assertEquals(Platform.WINDOWS, Platform.of("Windows Server 2022"));
  }

  @Test
  void classifiersAreThoseOfBytedeco() {
    assertEquals("linux-x86_64", Platform.LINUX.classifier("amd64"));
    assertEquals("linux-arm64", Platform.LINUX.classifier("aarch64"));
    assertEquals("linux-ppc64le", Platform.LINUX.classifier("ppc64le"));
    assertEquals("macosx-x86_64", Platform.MACOS.classifier("x86_64"));
    assertEquals("macosx-arm64", Platform.MACOS.classifier("aarch64"));
    assertEquals("windows-x86_64", Platform.WINDOWS.classifier("amd64"));
  }

  @Test
  void openBlasIsLoadedAfterWhatItNeeds() {
    for (Platform platform : Platform.values()) {
      List<String> names = platform.bundledNames();
      assertTrue(names.getLast().startsWith("libopenblas."), names::toString);
    }
  }

  @Test
  void remedyNamesTheClassifierAndTheProperty() {
    String remedy = Platform.MACOS.remedy("aarch64");
    assertEquals(
        "install it (brew install openblas), or add org.bytedeco:openblas with classifier"
            + " macosx-arm64 to the class path, or name a file:"
            + " -Dciranda.blas.library=/path/to/libopenblas.0.dylib",
        remedy);
  }

  @Test
  void cacheFollowsTheCustomOfTheSystem() {
    Map<String, String> none = Map.of();
    Map<String, String> home = Map.of("user.home", HOME.toString());
    assertEquals(
        Optional.of(HOME.resolve(".cache/ciranda")),
        Platform.LINUX.cacheFolder(home::get, none::get));
    assertEquals(
        Optional.of(HOME.resolve("Library/Caches/ciranda")),
        Platform.MACOS.cacheFolder(home::get, none::get));
    assertEquals(
        Optional.of(HOME.resolve("AppData/Local/ciranda")),
        Platform.WINDOWS.cacheFolder(home::get, none::get));
    assertEquals(
        Optional.of(ELSEWHERE.resolve("ciranda")),
        Platform.LINUX.cacheFolder(home::get, Map.of("XDG_CACHE_HOME", ELSEWHERE.toString())::get));
    assertEquals(
        Optional.of(ELSEWHERE.resolve("ciranda")),
        Platform.WINDOWS.cacheFolder(home::get, Map.of("LOCALAPPDATA", ELSEWHERE.toString())::get));
  }

  @Test
  void aChosenCacheIsTakenAsItIs() {
    Map<String, String> chosen =
        Map.of("user.home", HOME.toString(), "ciranda.cache", ELSEWHERE.toString());
    for (Platform platform : Platform.values()) {
      assertEquals(
          Optional.of(ELSEWHERE), platform.cacheFolder(chosen::get, Map.<String, String>of()::get));
    }
  }

  @Test
  void aUserWithoutHomeHasNoCache() {
    Map<String, String> lost = Map.of("user.home", "?");
    Map<String, String> relative = Map.of("XDG_CACHE_HOME", "cache");
    assertEquals(Optional.empty(), Platform.LINUX.cacheFolder(lost::get, relative::get));
  }
}

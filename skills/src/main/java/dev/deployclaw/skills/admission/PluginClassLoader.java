package dev.deployclaw.skills.admission;

import dev.deployclaw.skills.plugin.Plugin;
import java.net.URL;
import java.net.URLClassLoader;

/**
 * The classes of one plugin jar. Besides its own it sees the JDK and the package that it
 * implements: neither the agent's classes nor its libraries, nor another plugin's. That keeps their
 * versions apart; it is no wall, since code in this process finds other loaders.
 */
final class PluginClassLoader extends URLClassLoader {
  PluginClassLoader(URL jar) {
    super("plugin", new URL[] {jar}, new Window());
  }

  private static final class Window extends ClassLoader {
    private static final String SEEN = Plugin.class.getPackageName();

    Window() {
      super("plugin-window", ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      int dot = name.lastIndexOf('.');
      if (dot > 0 && name.substring(0, dot).equals(SEEN)) {
        return Class.forName(name, true, Plugin.class.getClassLoader());
      }
      throw new ClassNotFoundException(name);
    }
  }
}

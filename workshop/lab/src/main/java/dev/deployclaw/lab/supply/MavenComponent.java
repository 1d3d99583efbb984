package dev.deployclaw.lab.supply;

/** A library of an artefact, by its Maven coordinates. */
record MavenComponent(String group, String name, String version) {
  /** As OSV names a package of Maven. */
  String osvName() {
    return group + ":" + name;
  }

  String text() {
    return osvName() + ":" + version;
  }
}

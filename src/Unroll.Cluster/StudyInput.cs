namespace Unroll.Cluster;

/// <summary>A file that the pieces of a study read. It travels to the cluster once, known by its SHA-256, whatever its name.</summary>
/// <param name="Name">Its file name without a folder. Pieces get a copy of this name, so that its ending says what is in it.</param>
/// <param name="Path">Where it lies on this machine.</param>
public sealed record StudyInput(string Name, string Path);

using Unroll.Formats;

namespace Unroll.Reports;

/// <summary>A picture on white, 1000 pixels wide and, unless said otherwise, 420 high.</summary>
/// <param name="Name">A short name, good as a file name: <c>prediction</c>.</param>
/// <param name="Title">What the picture shows, in words.</param>
/// <param name="Svg">A complete SVG document in UTF-8.</param>
public sealed record Chart(string Name, string Title, string Svg)
{
    /// <summary>Writes the picture to a file, whole or not at all, replacing one that is there.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public void Write(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteText(path, Svg);
    }
}

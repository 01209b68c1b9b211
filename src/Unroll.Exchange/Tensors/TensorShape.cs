namespace Unroll.Exchange.TensorFiles;

/// <summary>Shapes as files give them, checked before memory is taken for them.</summary>
internal static class TensorShape
{
    /// <summary>More extents than any framework has.</summary>
    public const int MostExtents = 64;

    /// <summary>The extents of a tensor, whose bytes an array can hold.</summary>
    /// <param name="file">Whose errors are thrown.</param>
    /// <param name="name">The tensor.</param>
    /// <param name="type">Of its numbers.</param>
    /// <param name="extents">As the file has them.</param>
    /// <returns>The extents and the number of bytes.</returns>
    /// <exception cref="UnrollException">An extent is below 0, or there are more bytes than an array holds.</exception>
    public static (int[] Shape, int Bytes) Check(FileBytes file, string name, TensorType type, IReadOnlyList<long> extents)
    {
        if (extents.Count > MostExtents)
            throw file.Damaged($"{name} has {extents.Count} extents");
        long length = 1;
        foreach (long extent in extents)
        {
            if (extent is < 0 or > int.MaxValue)
                throw file.Damaged($"{name} has an extent of {extent}");

            // Once above what an array holds it stays there, unless an extent is 0.
            length = extent == 0 ? 0 : Math.Min(length * extent, (long)int.MaxValue + 1);
        }

        return length * NamedTensor.SizeOf(type) is var bytes && bytes <= Array.MaxLength
            ? ([.. extents.Select(extent => (int)extent)], (int)bytes)
            : throw file.Damaged($"{name} has shape [{string.Join(", ", extents)}], more than an array holds");
    }
}

using Unroll.Exchange.TensorFiles;

namespace Unroll.Exchange.KerasFiles;

/// <summary>What is known while a file is read: what it is, and what is wrong with it.</summary>
/// <param name="path">What errors call the file.</param>
/// <param name="major">The number of Keras' version in front of the first point.</param>
/// <param name="options">Of the caller.</param>
internal sealed class KerasReading(string path, int major, KerasOptions options)
{
    private readonly List<string> _reasons = [];
    private readonly HashSet<string> _seen = [];

    public string Path => path;

    public KerasOptions Options => options;

    /// <summary>Keras 2 and tf.keras have other defaults, and another hard sigmoid.</summary>
    public bool IsKeras3 => major >= 3;

    public IReadOnlyList<string> Reasons => _reasons;

    /// <summary>Something that Unroll does not have: reading goes on, so that all of them are named.</summary>
    public void Refuse(string reason)
    {
        if (_seen.Add(reason))
            _reasons.Add(reason);
    }

    /// <summary>Something that training would do and predictions do not.</summary>
    public void Note(string note)
    {
        if (_seen.Add(note))
            options.Notes?.Invoke(note);
    }

    /// <exception cref="UnsupportedModelException">Something is not supported.</exception>
    public void RequireSupported()
    {
        if (_reasons.Count > 0)
            throw Unsupported();
    }

    /// <summary>All that is not supported.</summary>
    public UnsupportedModelException Unsupported() => new(
        path, _reasons, "Build a model of layers that Unroll has, and take the weights that fit with Keras.LoadWeights.");

    public UnrollException Damaged(string why) => FileBytes.Damaged(path, why);

    /// <exception cref="UnrollException">A version before 2, whose layers had other options and weights.</exception>
    public void RequireKnownVersion()
    {
        if (major < 2)
            throw new UnrollException($"{path} was written by Keras {major}, which Unroll does not read. Load and save it with Keras "
                + "2.2 first.");
    }

    /// <summary>The number in front of the first point of a version; of a file without one, 2.</summary>
    public static int MajorOf(string? version) =>
        version is not null && int.TryParse(version.Split('.')[0], System.Globalization.NumberStyles.None, null, out int major) ? major : 2;
}

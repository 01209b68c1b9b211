namespace Unroll;

/// <summary>The weights of samples, or of their steps, in one array.</summary>
internal sealed class SampleWeights
{
    private readonly int _each;

    /// <exception cref="ArgumentException">They are no whole number for each sample.</exception>
    public SampleWeights(float[] values, int samples)
    {
        if (samples == 0 ? values.Length > 0 : values.Length == 0 || values.Length % samples != 0)
            throw new ArgumentException(
                $"{values.Length} weights were given for {samples} samples. "
                + "Give one for each sample, or one for each step of each.", nameof(values));
        (Values, _each) = (values, samples == 0 ? 1 : values.Length / samples);
    }

    public float[] Values { get; }

    /// <summary>Writes the weights of one sample; one alone is that of all its steps.</summary>
    /// <exception cref="UnrollException">There is another number of steps.</exception>
    public void Copy(int index, Span<float> destination)
    {
        if (_each == 1)
            destination.Fill(Values[index]);
        else if (_each == destination.Length)
            Values.AsSpan(index * _each, _each).CopyTo(destination);
        else
            throw new UnrollException(
                $"The samples have {_each} weights each, but the model's outputs have {destination.Length} "
                + $"step{(destination.Length == 1 ? "" : "s")}. Give one weight for each sample, or one for each step of each.");
    }
}

using System.Numerics;

namespace Unroll;

/// <summary>
/// A seeded generator of random numbers: xoshiro256** (Blackman and Vigna 2018), seeded through SplitMix64. The same seed
/// gives the same numbers in every version and on every machine, which <c>System.Random</c> does not promise.
/// </summary>
/// <remarks>A copy goes on with the same numbers, so hand it on by <c>ref</c>.</remarks>
public struct RandomSource
{
    private ulong _s0, _s1, _s2, _s3;
    private double _spareNormal;
    private bool _hasSpare;

    /// <param name="seed">The seed.</param>
    /// <param name="stream">Which of many independent sequences of that seed.</param>
    public RandomSource(ulong seed, ulong stream = 0)
    {
        ulong state = seed ^ Mix(stream + 0x9E3779B97F4A7C15);
        _s0 = Next(ref state);
        _s1 = Next(ref state);
        _s2 = Next(ref state);
        _s3 = Next(ref state);

        static ulong Next(ref ulong state) => Mix(state += 0x9E3779B97F4A7C15);
    }

    /// <summary>SplitMix64's finaliser: a bijection of 64 bits in which every input bit changes half of the output bits.</summary>
    internal static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, count).</summary>
    public int NextInt32(int count) => (int)Math.BigMul(NextUInt64(), (ulong)count, out _);

    /// <summary>Standard normal, by Marsaglia's polar method.</summary>
    public double NextNormal()
    {
        if (_hasSpare)
        {
            _hasSpare = false;
            return _spareNormal;
        }

        while (true)
        {
            double u = 2 * NextDouble() - 1, v = 2 * NextDouble() - 1, s = u * u + v * v;
            if (s is >= 1 or 0)
                continue;
            double scale = Math.Sqrt(-2 * Math.Log(s) / s);
            _spareNormal = v * scale;
            _hasSpare = true;
            return u * scale;
        }
    }

    /// <summary>Puts the values in random order (Fisher and Yates).</summary>
    internal void Shuffle(Span<int> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}

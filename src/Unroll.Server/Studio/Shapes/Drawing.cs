namespace Unroll.Server;

/// <summary>A drawing of 28×28 pixels as the digits are that the network learnt from: 8×8 pixels which the ink fills.</summary>
internal static class Drawing
{
    public const int Side = 28;

    private const int Small = 8;
    private const double Faint = 0.1;

    /// <param name="pixels">Row by row, 0 for paper to 1 for ink.</param>
    /// <returns>8×8 means, row by row; null where nothing is drawn.</returns>
    public static float[]? Small8(double[] pixels)
    {
        int[] inked = [.. Enumerable.Range(0, pixels.Length).Where(place => pixels[place] > Faint)];
        if (inked.Length == 0)
            return null;
        int top = inked.Min(place => place / Side), bottom = inked.Max(place => place / Side) + 1;
        int left = inked.Min(place => place % Side), right = inked.Max(place => place % Side) + 1;

        // The ink fills the height, or the width of what is wider; its middle is the middle.
        double size = Math.Max(bottom - top, right - left) / (double)Small;
        double y = ((top + bottom) / 2.0) - (Small * size / 2), x = ((left + right) / 2.0) - (Small * size / 2);
        var small = new float[Small * Small];
        for (int row = 0; row < Small; row++)
        {
            for (int column = 0; column < Small; column++)
                small[(row * Small) + column] = (float)Mean(pixels, y + (row * size), x + (column * size), size);
        }

        return small;
    }

    /// <summary>The mean of a square, parts of pixels counted by their size; there is paper outside.</summary>
    private static double Mean(double[] pixels, double top, double left, double size)
    {
        double sum = 0;
        for (int row = Math.Max(0, (int)Math.Floor(top)); row < Math.Min(Side, top + size); row++)
        {
            double height = Math.Min(row + 1, top + size) - Math.Max(row, top);
            for (int column = Math.Max(0, (int)Math.Floor(left)); column < Math.Min(Side, left + size); column++)
                sum += pixels[(row * Side) + column] * height * (Math.Min(column + 1, left + size) - Math.Max(column, left));
        }

        return sum / (size * size);
    }
}

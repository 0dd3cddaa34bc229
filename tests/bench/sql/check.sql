-- One line for every promise that the books do not keep. :redemptions and :applications were acknowledged.
SELECT format('%s redemptions are booked, %s were acknowledged', count(*), :redemptions)
  FROM redemptions HAVING count(*) <> :redemptions;

SELECT format('accounts spent %s fen, redemptions are %s fen', spent_fen, redeemed_fen)
  FROM (SELECT sum(1000000000 - credit_fen) AS spent_fen FROM accounts) AS accounts,
       (SELECT coalesce(sum(amount_fen), 0) AS redeemed_fen FROM redemptions) AS redemptions
  WHERE spent_fen <> redeemed_fen;

SELECT format('provider %s is owed %s fen, its redemptions are %s fen', provider_id, payable_fen, redeemed_fen)
  FROM (SELECT provider_id, sum(payable_fen) AS payable_fen FROM payables GROUP BY provider_id) AS payables
  LEFT JOIN (SELECT provider_id, sum(amount_fen) AS redeemed_fen FROM redemptions GROUP BY provider_id) AS redeemed
    USING (provider_id)
  WHERE payable_fen <> coalesce(redeemed_fen, 0);

SELECT format('%s applications are booked, %s were acknowledged', count(*), :applications)
  FROM applications HAVING count(*) <> :applications;

SELECT format('the pool holds %s fen and has %s fen left, applications hold %s fen; queue numbers 1 to %s, %s are given',
              held_fen, available_fen, granted_fen, queue_number, given)
  FROM pools,
       (SELECT coalesce(sum(held_fen), 0) AS granted_fen, count(DISTINCT queue_number) AS given FROM applications) AS granted
  WHERE held_fen <> granted_fen OR available_fen <> 1000000000000000 - granted_fen OR queue_number <> given;
